-- avante.nvim. Its history is fed at each submit and before each compaction. `/compact` and an overflow both call summarize_memory() of
-- avante.llm; ours answers from the session memory. Where the messages are not the sidebar's own (a sub-agent's), or no answer comes in time,
-- the original asks a model as before. Read against the state of 2026-08-22.
local feeds = require("session_memory.chats.feed")

local M = { module = "avante" }

local WAIT_MS = 2000
local by_file = {} ---@type table<string, session_memory.Feed>

---@return string?
function M.version()
  local file = vim.api.nvim_get_runtime_file("lua/avante/llm.lua", false)[1]
  return file and "unversioned"
end

---@return table? the history of the sidebar of this tab
local function history()
  local sidebar = require("avante").get(false)
  return sidebar and sidebar.chat_history or nil
end

---@param message table avante.HistoryMessage
---@return string? id of its event; nil where it is no part of the conversation
local function id_of(message)
  if
    not message.uuid
    or message.is_dummy
    or message.just_for_display
    or message.is_context
    or message.is_deleted
    or message.state == "generating"
  then
    return nil
  end
  return "avante-" .. message.uuid
end

---@param messages table[]
---@return table[] events
---@return string[] ids
local function events_of(messages)
  local events, ids = {}, {}
  for i, message in ipairs(messages) do
    local id = id_of(message)
    local content = message.message and message.message.content
    ids[i] = ""
    if id and content and content ~= "" then
      ids[i] = id
      table.insert(events, {
        type = "message",
        id = id,
        message = { role = message.message.role, content = content },
      })
    end
  end
  return events, ids
end

---@param of table avante.ChatHistory
---@return session_memory.Feed
local function feed_of(of)
  local root = require("session_memory.root").normal(vim.fn.getcwd())
  local key = root .. "\n" .. tostring(of.filename)
  if not by_file[key] then
    local id = "avante-"
      .. vim.fn.fnamemodify(tostring(of.filename), ":t:r")
      .. "-"
      .. vim.fn.sha256(tostring(of.timestamp)):sub(1, 8)
    by_file[key] = feeds.new(require("session_memory").session(id, { root = root, agent = "avante" }))
  end
  return by_file[key]
end

local function feed()
  local of = history()
  if of and of.messages then
    local events = events_of(of.messages)
    feed_of(of):sync(events)
  end
end

---@param of table
---@param asked table[] the messages that avante wants summed up
---@return boolean all of them are the sidebar's
local function owns(of, asked)
  local own = {}
  for _, message in ipairs(of.messages or {}) do
    own[message.uuid or ""] = true
  end
  for _, message in ipairs(asked) do
    if not message.is_dummy and not own[message.uuid or ""] then
      return false
    end
  end
  return true
end

---The newest message that the memory stands for.
---@param of table
---@param ids string[]
---@param result table
---@return table?
local function last_covered(of, ids, result)
  local first = feeds.keep_from(result, ids)
  for i = (first or 0) - 1, 1, -1 do
    if ids[i] ~= "" then
      return of.messages[i]
    end
  end
end

---@param original fun(prev: string?, messages: table[], cb: fun(memory: table?))
local function summarize(original, prev, messages, cb)
  local of = history()
  if #messages == 0 or not of or not owns(of, messages) then
    return original(prev, messages, cb)
  end
  local done = false
  local function fall_back(why)
    if not done then
      done = true
      require("session_memory.say").warn("avante compacts by itself: " .. why)
      original(prev, messages, cb)
    end
  end
  vim.defer_fn(function()
    fall_back("no answer within 2 s")
  end, WAIT_MS)
  local events, ids = events_of(of.messages)
  local current = feed_of(of)
  current:sync(events)
  local params = { format = "anthropic", apply = false }
  current.session:compact(params, function(err, result)
    if done then
      return
    elseif err or not result.compacted then
      return fall_back(err and err.message or result.reason or "there is nothing to gain")
    end
    local answer, problem = feeds.answer(result)
    local last = last_covered(of, ids, result)
    if not answer or not last then
      return fall_back(problem or "the tail of the answer is not in the history")
    end
    done = true
    current.session:applied({ format = "anthropic" })
    cb({ content = answer.memory, last_summarized_timestamp = last.timestamp, last_message_uuid = last.uuid })
    require("session_memory.say").answer(
      "avante compacted: " .. require("session_memory.command.compact").summary(result)
    )
  end)
end

---@return string? problem
function M.attach()
  local ok, llm = pcall(require, "avante.llm")
  if not ok or type(llm.summarize_memory) ~= "function" then
    return "this version of avante.nvim has no summarize_memory()"
  elseif llm.session_memory then
    return nil
  end
  llm.session_memory = true
  local original = llm.summarize_memory
  llm.summarize_memory = function(prev, messages, cb)
    summarize(original, prev, messages, cb)
  end
  vim.api.nvim_create_autocmd("User", {
    group = vim.api.nvim_create_augroup("session_memory_avante", {}),
    pattern = "AvanteInputSubmitted",
    callback = vim.schedule_wrap(feed),
  })
end

return M
