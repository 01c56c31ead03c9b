-- Where the server's program is, and whether it is one that this plugin can speak to.
-- Order: the setting `bin`, PATH, the plugin's own bin/ (filled by build.lua). A program that PATH finds inside the workspace is refused.
local M = {}

-- The server's versions that speak protocol 1. Before 1.0 a new minor version may change it.
M.wanted = { major = 0, minor = 1 }

local exe = vim.fn.has("win32") == 1 and "session-memory.exe" or "session-memory"
local checked = {} ---@type table<string, string> path and time of change to version

---@return string folder of the plugin
function M.plugin_dir()
  return vim.fs.normalize(vim.fn.fnamemodify(debug.getinfo(1, "S").source:sub(2), ":p:h:h:h"))
end

M.fix =
  "Build it (needs Rust): :SessionMemory build, or put session-memory on PATH, or set `bin`. See :help session_memory-install"

---@param root string workspace folder
---@return string? path
---@return string? problem
---@return string? source where it was found
function M.find(root)
  local bin = require("session_memory.config").get().bin
  if bin then
    bin = vim.fs.normalize(bin)
    if vim.fn.executable(bin) == 1 then
      return bin, nil, "setting `bin`"
    end
    return nil, ("the setting `bin` names %s, which is no program that can be run"):format(bin)
  end
  local on_path = vim.fn.exepath("session-memory")
  if on_path ~= "" then
    local real = vim.uv.fs_realpath(on_path) or on_path
    if not vim.startswith(real, (vim.uv.fs_realpath(root) or root) .. "/") then
      return on_path, nil, "PATH"
    end
  end
  local own = M.plugin_dir() .. "/bin/" .. exe
  if vim.fn.executable(own) == 1 then
    return own, nil, "the plugin's bin/"
  end
  if on_path ~= "" then
    return nil, on_path .. " is inside the workspace and is not run. Set `bin` if it is yours"
  end
  return nil, "the program session-memory is not on PATH and not in the plugin's bin/"
end

---@param text string output of `--version`
---@return string? version
---@return string? problem
function M.judge(text)
  local version = text:match("^session%-memory (%d+%.%d+%.%d+%S*)")
  if not version then
    return nil, "it does not answer `--version` as session-memory does"
  end
  local major, minor = version:match("^(%d+)%.(%d+)")
  if tonumber(major) ~= M.wanted.major or tonumber(minor) ~= M.wanted.minor then
    return version, ("it is version %s; this plugin needs %d.%d.x"):format(version, M.wanted.major, M.wanted.minor)
  end
  return version
end

---Finds the program and asks for its version, without waiting.
---@param root string
---@param done fun(problem: string?, path: string?, version: string?)
function M.check(root, done)
  local path, problem = M.find(root)
  if not path then
    return done(problem)
  end
  local stat = vim.uv.fs_stat(path)
  local key = path .. "\n" .. (stat and stat.mtime.sec .. "." .. stat.mtime.nsec or "")
  if checked[key] then
    return done(nil, path, checked[key])
  end
  local ok, err = pcall(vim.system, { path, "--version" }, { text = true, timeout = 5000 }, function(out)
    vim.schedule(function()
      local version, wrong = M.judge(out.stdout or "")
      if wrong then
        return done(("%s: %s"):format(path, wrong), path, version)
      end
      checked[key] = version
      done(nil, path, version)
    end)
  end)
  if not ok then
    done(("%s cannot be run: %s"):format(path, err), path)
  end
end

return M
