-- What all chats share: messages go in once each, and a compaction's answer is taken apart. A chat keeps its own message objects in the tail,
-- so nothing that it stores with them is lost; only the memory's text and shortened tool outputs come from the answer.
local M = {}

---@class session_memory.Feed
---@field session session_memory.Session
---@field sent table<string, boolean>
local Feed = {}
Feed.__index = Feed

---@param session session_memory.Session
---@return session_memory.Feed
function M.new(session)
  return setmetatable({ session = session, sent = {} }, Feed)
end

---@param events table[] all that the chat holds, each with an id
function Feed:sync(events)
  local new = {}
  for _, event in ipairs(events) do
    if not self.sent[event.id] then
      self.sent[event.id] = true
      table.insert(new, event)
    end
  end
  if #new == 0 then
    return
  end
  self.session:append(new, function(err)
    if err then
      -- Not stored: they are offered again with the next message.
      for _, event in ipairs(new) do
        self.sent[event.id] = nil
      end
      require("session_memory.say").warn(("messages of %s were not stored: %s"):format(self.session.id, err.message))
    end
  end)
end

---@param content any
---@return string
local function plain(content)
  if type(content) == "string" then
    return content
  end
  local parts = {}
  for _, block in ipairs(type(content) == "table" and content or {}) do
    if type(block.text) == "string" then
      table.insert(parts, block.text)
    end
  end
  return table.concat(parts, "\n")
end

---@class session_memory.Answer
---@field memory string the memory as text
---@field results table<string, string> what is left of each tool output of the tail, by the id of its call

---Takes an answer in Anthropic's shape apart: there the memory is a block of its own.
---@param result table
---@return session_memory.Answer?
---@return string? problem
function M.answer(result)
  local memory, results = nil, {}
  for _, message in ipairs(result.messages or {}) do
    for _, block in ipairs(type(message.content) == "table" and message.content or {}) do
      if block.type == "tool_result" then
        results[block.tool_use_id] = plain(block.content)
      elseif not memory and message.role == "user" and block.type == "text" then
        memory = block.text
      end
    end
    if not memory and message.role == "user" and type(message.content) == "string" then
      memory = message.content
    end
  end
  if not memory or not vim.startswith(memory, "# Session memory") then
    return nil, "the answer has no memory in it"
  end
  return { memory = memory, results = results }
end

---Where the tail begins in a list of messages.
---@param result table
---@param ids string[] id of each message's event, "" where it has none
---@return integer? index; one behind the last where the tail is empty
function M.keep_from(result, ids)
  local wanted = result.keepFrom and result.keepFrom.id
  if type(wanted) ~= "string" then
    return nil
  end
  for i, id in ipairs(ids) do
    if id == wanted then
      return i
    end
  end
end

return M
