-- codecompanion.nvim (HTTP adapters). Every checkpoint feeds the session; at the threshold the messages are replaced in place, before the
-- chat's own compaction would ask a model. Where there is no answer within 150 ms, the chat does what it did before.
-- An ACP agent keeps its own context and is left alone. Read against version 19.22.
local feeds = require("session_memory.chats.feed")

local M = { module = "codecompanion", wanted = { major = 19, minor = 0 } }

---@class session_memory.CodeCompanionChat
---@field feed session_memory.Feed
---@field count integer messages that got an id
---@field stale? number reported tokens of before the last compaction: they say nothing any more
---@field reported? number the last that were fed

local known = setmetatable({}, { __mode = "k" }) ---@type table<table, session_memory.CodeCompanionChat>
local options = {} ---@type { trigger: number? }

---@return string? version of the plugin that is installed
function M.version()
  return require("session_memory.chats.version")("lua/codecompanion/init.lua")
end

-- What stays in the chat whatever happens, and so is no part of the memory: system messages, rules, an older summary.
local function stays(message)
  local tag = message._meta and message._meta.tag
  return message.role == "system" or tag == "rules"
end

---@param chat table
---@return table[] events
---@return string[] ids for each message, "" where it is not fed
local function events_of(chat)
  local mine = known[chat]
  local events, ids = {}, {}
  for i, message in ipairs(chat.messages) do
    local meta = message._meta or {}
    message._meta = meta
    local calls = message.tools and message.tools.calls
    local call_id = message.tools and message.tools.call_id
    local content = type(message.content) == "string" and message.content or ""
    ids[i] = ""
    if not stays(message) and meta.tag ~= "compact_summary" and (content ~= "" or calls) then
      if not meta.session_memory then
        mine.count = mine.count + 1
        meta.session_memory = ("%s-%d"):format(chat.session_id, mine.count)
        meta.session_memory_size = #content
      end
      local native
      if call_id then
        native = { role = "tool", tool_call_id = call_id, content = content }
      elseif message.role == "llm" then
        native = { role = "assistant", content = content, tool_calls = calls }
      else
        native = { role = "user", content = meta.tag == "image" and "[image]" or content }
      end
      ids[i] = meta.session_memory
      table.insert(events, {
        type = "message",
        id = ids[i],
        message = native,
        -- Files, buffers and the like are put there by the chat in the user's name.
        meta = native.role == "user" and (meta.tag ~= nil or (message.opts or {}).visible == false) or nil,
      })
    end
  end
  return events, ids
end

---Puts memory and tail in the place of the messages, in the same table.
---@param chat table
---@param ids string[]
---@param result table
---@return string? problem; nothing was changed then
local function replace(chat, ids, result)
  local answer, problem = feeds.answer(result)
  local first = feeds.keep_from(result, ids)
  if not answer or not first then
    return problem or "the tail of the answer is not in the chat"
  end
  local messages, kept, tail = chat.messages, {}, {}
  for i, message in ipairs(messages) do
    if stays(message) then
      table.insert(kept, message)
    elseif i >= first and (message._meta or {}).tag ~= "compact_summary" then
      local meta, call = message._meta or {}, message.tools and message.tools.call_id
      local shorter = call and answer.results[call]
      -- An output that grew after it was stored is longer than what the answer knows of: it stays as it is.
      if shorter and #shorter < #message.content and meta.session_memory_size == #message.content then
        message.content = shorter
        meta.estimated_tokens = math.floor(#shorter / 4)
      end
      -- The count of before would start the chat's own compaction again.
      meta.cumulative_tokens = nil
      table.insert(tail, message)
    end
  end
  for i = #messages, 1, -1 do
    messages[i] = nil
  end
  vim.list_extend(messages, kept)
  table.insert(messages, {
    role = "user",
    content = answer.memory,
    opts = { visible = true },
    _meta = { tag = "compact_summary", cycle = chat.cycle, estimated_tokens = math.floor(#answer.memory / 4) },
  })
  vim.list_extend(messages, tail)
end

---Compacts a chat now. Waits at most 150 ms.
---@param chat table
---@return string? problem
---@return string? said
function M.compact(chat)
  local mine = known[chat]
  if not mine then
    return "this chat is not fed: an ACP agent keeps its own context"
  elseif chat:has_orphaned_tool_calls() then
    return "a tool is still running"
  elseif chat._compacting then
    return "the chat is compacting already"
  end
  local events, ids = events_of(chat)
  mine.feed:sync(events)
  local params = { format = "anthropic" }
  local err, result = mine.feed.session:compact_sync(params)
  if err then
    return err.message
  elseif not result.compacted then
    return result.reason or "there is nothing to gain"
  end
  local problem = replace(chat, ids, result)
  if problem then
    return problem
  end
  mine.stale = chat.tokens
  mine.feed.session:applied(params)
  return nil, require("session_memory.command.compact").summary(result)
end

---@param chat table
---@return integer
local function window(chat)
  local ok, tokens = pcall(function()
    return require("codecompanion.adapters.shared").context_window(chat.adapter)
  end)
  return ok and tokens or require("session_memory.config").get().context_limit
end

---@param chat table
---@param data { estimated_tokens: number?, reported_tokens: number? }
local function checkpoint(chat, data)
  local mine = known[chat]
  mine.feed.session.opts.context_limit = window(chat)
  local events = events_of(chat)
  local reported = tonumber(data.reported_tokens)
  if reported == mine.stale then
    reported = nil
  else
    mine.stale = nil
  end
  if reported and reported > 0 and reported ~= mine.reported then
    mine.reported = reported
    mine.count = mine.count + 1
    local id = ("%s-%d"):format(chat.session_id, mine.count)
    table.insert(events, { type = "usage", id = id, inputTokens = math.floor(reported) })
  end
  mine.feed:sync(events)
  local trigger = options.trigger or require("session_memory.config").get().chats.trigger
  if (reported or data.estimated_tokens or 0) >= trigger * window(chat) and not chat:has_orphaned_tool_calls() then
    local problem, said = M.compact(chat)
    require("session_memory.say").it(said and ("chat compacted: " .. said) or ("chat not compacted: " .. problem))
  end
end

---Feeds a chat from now on.
---@param chat table
function M.attach(chat)
  if known[chat] or (chat.adapter and chat.adapter.type == "acp") then
    return
  end
  local root = require("session_memory.root").normal(vim.fn.getcwd())
  local session = require("session_memory").session(chat.session_id, {
    root = root,
    agent = "codecompanion",
    compact = function(done)
      done(M.compact(chat))
    end,
  })
  known[chat] = { feed = feeds.new(session), count = 0 }
  vim.b[chat.bufnr].session_memory_session = session.id
  vim.b[chat.bufnr].session_memory_root = root
  chat:add_callback("on_checkpoint", checkpoint)
  require("session_memory.client").start(root, function() end)
end

-- `/compact` and the chat's own threshold both call this function: ours answers at once, the original is what happens otherwise.
local function wrap()
  local ok, own = pcall(require, "codecompanion.interactions.chat.context_management.compaction")
  if not ok or type(own.compact) ~= "function" or own.session_memory then
    return
  end
  own.session_memory = true
  local original = own.compact
  own.compact = function(chat, ...)
    local problem, said = M.compact(chat)
    if problem then
      return original(chat, ...)
    end
    require("session_memory.say").answer("chat compacted: " .. said)
    -- Not in flight: the turn ends as usual.
    return false
  end
end

local set_up = false

---@return boolean its user turned the extension on
function M.is_set_up()
  return set_up
end

---@param opts? { trigger: number? }
function M.setup(opts)
  options, set_up = opts or {}, true
  local group = vim.api.nvim_create_augroup("session_memory_codecompanion", {})
  local function of(args)
    return args.data and args.data.bufnr and require("codecompanion").buf_get_chat(args.data.bufnr)
  end
  vim.api.nvim_create_autocmd("User", {
    group = group,
    pattern = "CodeCompanionChatCreated",
    callback = function(args)
      local chat = of(args)
      if chat then
        wrap()
        M.attach(chat)
      end
    end,
  })
  -- While a tool runs the memory already knows that it was called.
  vim.api.nvim_create_autocmd("User", {
    group = group,
    pattern = { "CodeCompanionToolStarted", "CodeCompanionToolFinished" },
    callback = function(args)
      local chat = of(args)
      if chat and known[chat] then
        local events = events_of(chat)
        known[chat].feed:sync(events)
      end
    end,
  })
end

return M
