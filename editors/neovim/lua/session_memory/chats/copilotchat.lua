-- CopilotChat.nvim. It drops the oldest messages in silence when the window is full. Its callback feeds the session after each reply; at the
-- threshold, with no tool call open, the chat is cleared and filled again with the memory and the newest messages. Read against version 4.7.
local feeds = require("session_memory.chats.feed")

local M = { module = "CopilotChat", wanted = { major = 4, minor = 0 } }

local current ---@type session_memory.Feed?
local count = 0

---@return string?
function M.version()
  return require("session_memory.chats.version")("lua/CopilotChat/init.lua")
end

---@param messages table[]
---@return table[] events
---@return string[] ids
local function events_of(messages)
  local events, ids = {}, {}
  for i, message in ipairs(messages) do
    local content = vim.trim(message.content or "")
    local calls = {}
    for n, call in ipairs(message.tool_calls or {}) do
      calls[n] = { id = call.id, type = "function", ["function"] = { name = call.name, arguments = call.arguments } }
    end
    ids[i] = ""
    -- The last message of the user is what is being typed.
    local typed = message.role == "user" and i == #messages
    if message.id and not typed and not message.session_memory and (content ~= "" or #calls > 0) then
      ids[i] = "copilotchat-" .. message.id
      local native = { role = message.role, content = content }
      if #calls > 0 then
        native.tool_calls = calls
      end
      native.tool_call_id = message.tool_call_id
      table.insert(events, { type = "message", id = ids[i], message = native })
    end
  end
  return events, ids
end

---@param messages table[]
---@param events table[]
---@return boolean they carry on what is being fed
local function continues(messages, events)
  if not current then
    return false
  end
  for _, event in ipairs(events) do
    if current.sent[event.id] then
      return true
    end
  end
  return messages[1] ~= nil and messages[1].session_memory == current.session.id
end

---@param messages table[]
---@param events table[]
---@return session_memory.Feed
local function feed_of(messages, events)
  if not current or not continues(messages, events) then
    -- A chat that was reset, or loaded from a file, is another conversation.
    count = count + 1
    local root = require("session_memory.root").normal(vim.fn.getcwd())
    local id = ("copilotchat-%d-%d-%d"):format(os.time(), vim.fn.getpid(), count)
    current = feeds.new(require("session_memory").session(id, {
      root = root,
      agent = "copilotchat",
      compact = function(done)
        done(M.compact())
      end,
    }))
    require("session_memory.client").start(root, function() end)
    local chat = require("CopilotChat").chat
    if chat.bufnr then
      vim.b[chat.bufnr].session_memory_session, vim.b[chat.bufnr].session_memory_root = id, root
    end
  end
  return current
end

---@param messages table[]
---@return boolean
local function is_open(messages)
  local open = {}
  for _, message in ipairs(messages) do
    for _, call in ipairs(message.tool_calls or {}) do
      open[call.id] = true
    end
    if message.tool_call_id then
      open[message.tool_call_id] = nil
    end
  end
  return next(open) ~= nil
end

---@param chat table
---@param ids string[]
---@param messages table[]
---@param result table
---@param session string its id, by which the memory's message is known again
---@return string? problem
local function refill(chat, ids, messages, result, session)
  local answer, problem = feeds.answer(result)
  local first = feeds.keep_from(result, ids)
  if not answer or not first then
    return problem or "the tail of the answer is not in the chat"
  end
  local tail = {}
  for i = first, #messages do
    local copy = vim.tbl_extend("force", {}, messages[i])
    copy.section = nil
    if copy.tool_call_id and answer.results[copy.tool_call_id] then
      copy.content = answer.results[copy.tool_call_id]
    end
    copy.content = "\n" .. vim.trim(copy.content or "") .. "\n"
    table.insert(tail, copy)
  end
  chat:clear()
  local id = "session-memory-" .. result.memory.revision .. "-" .. result.keepFrom.seq
  -- A heading of the first level is a message's header to this chat.
  local memory = answer.memory:gsub("^# ([^\n]*)", "**%1**")
  chat:add_message({ id = id, role = "user", content = "\n" .. memory .. "\n", session_memory = session })
  for _, message in ipairs(tail) do
    chat:add_message(message)
  end
  if #tail == 0 or tail[#tail].role ~= "user" then
    chat:add_message({ role = "user", content = "" })
  end
  chat:finish()
end

---@return string? problem
---@return string? said
function M.compact()
  local chat = require("CopilotChat").chat
  local messages = chat:get_messages()
  local events, ids = events_of(messages)
  if #events == 0 then
    return "the chat is empty"
  elseif is_open(messages) then
    return "a tool call is open"
  end
  local feed = feed_of(messages, events)
  feed:sync(events)
  local params = { format = "anthropic" }
  local err, result = feed.session:compact_sync(params)
  if err then
    return err.message
  elseif not result.compacted then
    return result.reason or "there is nothing to gain"
  end
  local problem = refill(chat, ids, messages, result, feed.session.id)
  if problem then
    return problem
  end
  feed.session:applied(params)
  return nil, require("session_memory.command.compact").summary(result)
end

local function after_reply()
  local chat = require("CopilotChat").chat
  local messages = chat:get_messages()
  local events = events_of(messages)
  if #events == 0 then
    return
  end
  local feed = feed_of(messages, events)
  local used, limit = chat.token_count, chat.token_max_count
  feed.session.opts.context_limit = limit
  feed:sync(events)
  local trigger = require("session_memory.config").get().chats.trigger
  if used and limit and used >= trigger * limit and not is_open(messages) then
    local problem, said = M.compact()
    require("session_memory.say").it(said and ("chat compacted: " .. said) or ("chat not compacted: " .. problem))
  end
end

---@return string? problem
function M.attach()
  local ok, copilot = pcall(require, "CopilotChat")
  if not ok or type(copilot.config) ~= "table" or type(copilot.chat) ~= "table" then
    return "this version of CopilotChat.nvim has no config or chat"
  elseif copilot.config.session_memory then
    return nil
  end
  copilot.config.session_memory = true
  local theirs = copilot.config.callback
  copilot.config.callback = function(response, source)
    if theirs then
      theirs(response, source)
    end
    -- The reply is put into the chat after its callback; what follows in the same turn of the loop is done by then.
    vim.defer_fn(after_reply, 0)
  end
end

return M
