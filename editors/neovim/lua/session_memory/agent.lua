-- The ways by which the session's own agent takes its compacted context back (`sessionMemory/deliver`), as deliveries for the list. The
-- server makes a way ready and sees to it that the compaction is applied. What is left is typed into the agent's terminal where that is one
-- of this Neovim; else its user reads what to do, and the command line to run is in a register.
local client = require("session_memory.client")

local M = {}

-- An agent takes what arrives at once for a paste, and an Enter in it for a line break. So Enter follows alone, after so many milliseconds.
local ENTER_AFTER = 300

---@class session_memory.Delivered the answer of `sessionMemory/deliver` with a way; what is not there is vim.NIL or nil
---@field way? string
---@field process? integer
---@field parents? integer[]
---@field type? string text for the agent's terminal, with Enter at its end
---@field run? string[]
---@field tell string
---@field failed? string

---@param answer session_memory.Delivered
---@return integer? bufnr of the terminal that the agent runs in
local function terminal(answer)
  local line = { answer.process }
  vim.list_extend(line, type(answer.parents) == "table" and answer.parents or {})
  for _, pid in ipairs(line) do
    for _, bufnr in ipairs(vim.api.nvim_list_bufs()) do
      -- The number of a job that has ended may be another process's by now.
      if vim.b[bufnr].terminal_job_pid == pid and vim.fn.jobwait({ vim.bo[bufnr].channel }, 0)[1] == -1 then
        return bufnr
      end
    end
  end
end

---@param channel integer
---@param text string
---@return boolean
local function send(channel, text)
  local ok, bytes = pcall(vim.fn.chansend, channel, text)
  return ok and bytes > 0
end

---@param bufnr integer
---@param text string
---@param done fun(typed: boolean)
local function type_into(bufnr, text, done)
  local channel = vim.bo[bufnr].channel
  local words = text:gsub("\r$", "")
  if not send(channel, words) then
    return done(false)
  elseif words == text then
    return done(true)
  end
  vim.defer_fn(function()
    done(send(channel, "\r"))
  end, ENTER_AFTER)
end

---@param run string[]
---@return string
local function command_line(run)
  return table.concat(
    vim.tbl_map(function(part)
      return part:match("^[%w./_-]+$") and part or vim.fn.shellescape(part)
    end, run),
    " "
  )
end

---@param answer session_memory.Delivered
---@return string what is left to the user
local function by_hand(answer)
  if type(answer.run) ~= "table" then
    return answer.tell
  end
  local register = vim.fn.has("clipboard") == 1 and "+" or '"'
  vim.fn.setreg(register, command_line(answer.run))
  return ("%s (the command is in %s)"):format(
    answer.tell,
    register == "+" and "the clipboard" or 'the unnamed register (")'
  )
end

---@param answer session_memory.Delivered
---@param done fun(problem: string?, said: string?)
local function finish(answer, done)
  if type(answer.way) ~= "string" then
    return done(nil, answer.tell)
  end
  if type(answer.failed) == "string" then
    require("session_memory.say").answer("another way had to be taken: " .. answer.failed, vim.log.levels.WARN)
  end
  local bufnr = type(answer.type) == "string" and terminal(answer)
  if not bufnr then
    return done(nil, by_hand(answer))
  end
  type_into(bufnr, answer.type, function(typed)
    if not typed then
      return done(nil, by_hand(answer))
    end
    done(nil, ("`%s` was typed into the terminal of buffer %d"):format(vim.trim(answer.type), bufnr))
  end)
end

---@param target session_memory.Target
---@param way { way: string, title: string }
---@return session_memory.Delivery
local function delivery(target, way)
  return {
    name = "agent-" .. way.way,
    label = way.title,
    applies = true,
    deliver = function(_, done)
      client.request(target.root, "deliver", { sessionId = target.id, way = way.way }, function(err, answer)
        if err then
          return done(err.message or vim.inspect(err))
        end
        finish(answer, done)
      end)
    end,
  }
end

---The ways that can be gone now. None where the session's agent has none, or the server is older than this.
---@param target session_memory.Target
---@param done fun(ways: session_memory.Delivery[])
function M.ways(target, done)
  client.request(target.root, "deliver", { sessionId = target.id }, function(err, answer)
    if err and err.code ~= -32601 then
      -- The other places are as good as before.
      require("session_memory.say").warn(
        ("the ways into the agent of %s are not known: %s"):format(target.id, err.message or vim.inspect(err))
      )
    end
    done(vim.tbl_map(function(way)
      return delivery(target, way)
    end, not err and answer.ways or {}))
  end)
end

return M
