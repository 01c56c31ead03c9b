-- `log`: the newest log of the server, at its end. `log!`: the log of Neovim's language clients, where a server's last words stand.
local M = {}

---@return string folder of the server's state
function M.state_dir()
  local given = vim.env.SESSION_MEMORY_STATE_DIR
  if given and given ~= "" then
    return given
  end
  return (vim.env.XDG_STATE_HOME or vim.fs.normalize("~/.local/state")) .. "/session-memory"
end

---@return string?
function M.newest()
  local newest, at
  for name, kind in vim.fs.dir(M.state_dir() .. "/logs") do
    local path = M.state_dir() .. "/logs/" .. name
    local stat = kind == "file" and vim.uv.fs_stat(path)
    if stat and (not at or stat.mtime.sec >= at) then
      newest, at = path, stat.mtime.sec
    end
  end
  return newest
end

---@param args session_memory.Args
function M.run(args)
  local path = args.bang and require("vim.lsp.log").get_filename() or M.newest()
  if not path then
    return require("session_memory.say").answer(
      "there is no log yet in " .. M.state_dir() .. "/logs",
      vim.log.levels.WARN
    )
  end
  vim.cmd.split(vim.fn.fnameescape(path))
  vim.bo.autoread = true
  vim.cmd("normal! G")
end

return M
