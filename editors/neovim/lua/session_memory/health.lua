-- `:checkhealth session_memory`: what is there, what is not, and what to do about it.
local M = {}

local h = vim.health

---@param root string
local function program(root)
  h.start("session_memory: program")
  local binary = require("session_memory.binary")
  local path, problem, source = binary.find(root)
  if not path then
    h.error(problem, { binary.fix })
    return
  end
  local out = vim.system({ path, "--version" }, { text = true, timeout = 5000 }):wait()
  local version, wrong = binary.judge(out.stdout or "")
  if wrong then
    h.error(("%s: %s"):format(path, wrong), { binary.fix })
    return
  end
  h.ok(("%s %s (from %s)"):format(path, version, source))
  return true
end

---@param root string
local function handshake(root)
  h.start("session_memory: server")
  local client = require("session_memory.client")
  local answered, problem = false, nil
  client.start(root, function(why)
    answered, problem = true, why
  end)
  vim.wait(5000, function()
    return answered
  end, 10)
  local running = client.running(root)
  if not running then
    h.error("it does not run: " .. (problem or "no answer within 5 s"), {
      "`:SessionMemory restart` tries again",
      "`:SessionMemory log` and `:SessionMemory! log` show its last words",
    })
    return
  end
  local ours = running.server_capabilities.experimental.sessionMemory
  h.ok(("it runs for %s, protocol %d, prose by %s"):format(root, ours.protocol, ours.provider))
  local err, result = client.request_sync(root, "sessions", {}, 2000)
  if err then
    h.error("it does not list sessions: " .. err.message)
  else
    h.ok(("%d sessions in this workspace"):format(#result.sessions))
  end
end

local function settings()
  h.start("session_memory: settings")
  local config = require("session_memory.config")
  local now = config.get()
  if #config.problems == 0 then
    h.ok("all are accepted")
  end
  for _, problem in ipairs(config.problems) do
    h.warn(problem, { "See :help session_memory-config. The default stands" })
  end
  h.info("lists are shown by " .. require("session_memory.picker").chosen())
  if now.user.provider and now.user.provider ~= "extractive" then
    h.info(("conversations may go to the provider `%s`, as your own configuration says"):format(now.user.provider))
  else
    h.info("no conversation leaves this machine by this plugin's settings")
  end
end

local function state()
  h.start("session_memory: state")
  local dir = require("session_memory.command.log").state_dir()
  if not vim.uv.fs_stat(dir) then
    h.info(dir .. " does not exist yet: the server makes it")
  elseif vim.uv.fs_access(dir, "W") then
    h.ok(dir .. " can be written")
  else
    h.error(dir .. " cannot be written", { "Make it yours, or set SESSION_MEMORY_STATE_DIR to another folder" })
  end
  h.info("log: " .. (require("session_memory.command.log").newest() or "none yet"))
end

---@param version string
---@param wanted { major: integer, minor: integer }
---@return boolean
local function is_new_enough(version, wanted)
  local major, minor = version:match("^(%d+)%.(%d+)")
  major, minor = tonumber(major), tonumber(minor)
  return major == nil or major > wanted.major or (major == wanted.major and minor >= wanted.minor)
end

local function chats()
  h.start("session_memory: chats")
  local config = require("session_memory.config").get()
  for _, name in ipairs(require("session_memory.chats").names) do
    local chat = require("session_memory.chats." .. name)
    local version = chat.version()
    if not version then
      h.info(name .. ": not installed")
    elseif config.chats[name] == false then
      h.info(("%s %s: turned off by `chats.%s`"):format(name, version, name))
    elseif chat.wanted and not is_new_enough(version, chat.wanted) then
      h.warn(
        ("%s %s is older than %d.%d, which this plugin was made for"):format(
          name,
          version,
          chat.wanted.major,
          chat.wanted.minor
        ),
        { "Update it" }
      )
    elseif name == "codecompanion" and not chat.is_set_up() then
      h.warn(("%s %s: its extension is not turned on"):format(name, version), {
        'require("codecompanion").setup({ extensions = { session_memory = { enabled = true } } })',
      })
    else
      h.ok(("%s %s"):format(name, version))
    end
  end
end

function M.check()
  h.start("session_memory: Neovim")
  if vim.fn.has("nvim-0.10") == 1 then
    h.ok("Neovim " .. tostring(vim.version()))
  else
    h.error("Neovim is older than 0.10", { "Update Neovim" })
    return
  end
  local root = require("session_memory.target").root()
  if program(root) then
    handshake(root)
  end
  settings()
  state()
  chats()
end

return M
