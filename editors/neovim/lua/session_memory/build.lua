-- Builds the server: `cargo build --release` in the repository around the plugin, then a copy into bin/. The copy is written beside and
-- renamed, so a server that runs keeps its file.
local M = {}

---@return string? folder with the Cargo.toml of session-memory
function M.repository()
  local dir = require("session_memory.binary").plugin_dir()
  for parent in vim.fs.parents(dir) do
    local file = io.open(parent .. "/Cargo.toml")
    if file then
      local text = file:read("*a")
      file:close()
      if text:match('name%s*=%s*"session%-memory"') then
        return parent
      end
    end
  end
end

---@param done fun(problem: string?, path: string?)
function M.run(done)
  local repository = M.repository()
  if not repository then
    return done(
      "the plugin does not stand in a checkout of session-memory, so there is nothing to build. Put session-memory on PATH"
    )
  elseif vim.fn.executable("cargo") == 0 then
    return done("cargo is not on PATH. Install Rust (rustup.rs), or put session-memory on PATH")
  end
  local command = { "cargo", "build", "--release", "--locked" }
  vim.system(command, { cwd = repository, text = true }, function(out)
    vim.schedule(function()
      if out.code ~= 0 then
        local words = vim.split(vim.trim(out.stderr or ""), "\n")
        return done(
          ("cargo build failed in %s:\n%s"):format(
            repository,
            table.concat(vim.list_slice(words, math.max(1, #words - 10)), "\n")
          )
        )
      end
      local name = vim.fn.has("win32") == 1 and "session-memory.exe" or "session-memory"
      local target = vim.env.CARGO_TARGET_DIR or (repository .. "/target")
      done(M.install(target .. "/release/" .. name, name))
    end)
  end)
end

---@param built string
---@param name string
---@return string? problem
---@return string? path
function M.install(built, name)
  local bin = require("session_memory.binary").plugin_dir() .. "/bin"
  vim.fn.mkdir(bin, "p")
  local path, beside = bin .. "/" .. name, bin .. "/" .. name .. ".new"
  local ok, err = vim.uv.fs_copyfile(built, beside)
  if ok then
    ok, err = vim.uv.fs_rename(beside, path)
  end
  if not ok then
    return ("%s could not be put into %s: %s"):format(built, bin, err)
  end
  return nil, path
end

return M
