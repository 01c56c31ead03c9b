-- What Neovim reads at startup: the command, the <Plug> maps and three light autocommands. Nothing is required before it is used,
-- so this file is the whole cost of having the plugin (bench/startup measures it).
if vim.g.loaded_session_memory then
  return
end
vim.g.loaded_session_memory = true
if vim.fn.has("nvim-0.10") == 0 then
  vim.api.nvim_echo({ { "session-memory needs Neovim 0.10 or newer", "WarningMsg" } }, true, {})
  return
end

vim.api.nvim_create_user_command("SessionMemory", function(args)
  require("session_memory.command").run(args)
end, {
  nargs = "*",
  bang = true,
  range = true,
  desc = "Session memory: compact, open, status, …",
  complete = function(lead, line, pos)
    return require("session_memory.command").complete(lead, line, pos)
  end,
})

for _, name in ipairs({ "compact", "open", "status", "search", "diff", "history", "sessions" }) do
  vim.keymap.set("n", ("<Plug>(session-memory-%s)"):format(name), ("<Cmd>SessionMemory %s<CR>"):format(name), {
    desc = "Session memory: " .. name,
  })
end
for name, arg in pairs({ pin = "pin", unpin = "pin!" }) do
  vim.keymap.set({ "n", "x" }, ("<Plug>(session-memory-%s)"):format(name), (":SessionMemory %s<CR>"):format(arg), {
    desc = "Session memory: " .. name .. " lines",
    silent = true,
  })
end

local group = vim.api.nvim_create_augroup("session_memory", {})
vim.api.nvim_create_autocmd({ "BufReadPost", "BufNewFile" }, {
  group = group,
  pattern = "session-memory.md",
  desc = "Start the server for a memory file and keep the buffer up to date",
  callback = function(args)
    require("session_memory.buffer").attach(args.buf)
  end,
})
vim.api.nvim_create_autocmd("FileType", {
  group = group,
  pattern = { "Avante", "AvanteInput", "copilot-chat" },
  desc = "Feed a chat that lives in Neovim",
  callback = function(args)
    require("session_memory.chats").attach(args.match)
  end,
})
