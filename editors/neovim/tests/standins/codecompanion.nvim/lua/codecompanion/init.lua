-- A stand-in for codecompanion.nvim in tests: extensions, the ChatCreated event and what a chat offers to them, in the documented shapes.
local M = { extensions = {} }

local Chat = {}
Chat.__index = Chat
local chats = {}
local count = 0

function Chat:add_callback(event, callback)
  self.callbacks[event] = self.callbacks[event] or {}
  table.insert(self.callbacks[event], callback)
  return self
end

function Chat:checkpoint()
  local estimated = 0
  for _, message in ipairs(self.messages) do
    estimated = estimated + math.floor(#(message.content or "") / 4)
  end
  for _, callback in ipairs(self.callbacks.on_checkpoint or {}) do
    callback(self, {
      adapter = self.adapter,
      estimated_tokens = estimated,
      messages = self.messages,
      reported_tokens = self.tokens,
    })
  end
end

function Chat:add_message(data, opts)
  opts = opts or { visible = true }
  local meta = vim.tbl_extend("force", { cycle = self.cycle }, opts._meta or {})
  opts._meta = nil
  local message = { role = data.role, content = data.content, opts = opts, _meta = meta }
  if data.tool_calls then
    message.tools = { calls = data.tool_calls }
  end
  meta.index = #self.messages + 1
  table.insert(self.messages, message)
  return self
end

function Chat:has_orphaned_tool_calls()
  local open = {}
  for _, message in ipairs(self.messages) do
    for _, call in ipairs(message.tools and message.tools.calls or {}) do
      open[call.id] = true
    end
    if message.tools and message.tools.call_id then
      open[message.tools.call_id] = nil
    end
  end
  return next(open) ~= nil
end

function M.setup(opts)
  for name, extension in pairs(opts.extensions or {}) do
    local loaded = require("codecompanion._extensions." .. name)
    loaded.setup(extension.opts or {})
    M.extensions[name] = loaded.exports
  end
end

function M.buf_get_chat(bufnr)
  return chats[bufnr == 0 and vim.api.nvim_get_current_buf() or bufnr]
end

function M.chat()
  count = count + 1
  local chat = setmetatable({
    id = count,
    bufnr = vim.api.nvim_create_buf(true, true),
    session_id = ("codecompanion-%d-%d"):format(os.time(), count),
    adapter = { type = "http", name = "openai" },
    callbacks = {},
    cycle = 1,
    messages = {},
  }, Chat)
  chats[chat.bufnr] = chat
  chat:add_message({ role = "system", content = "You are a programming assistant." }, { visible = false })
  vim.api.nvim_exec_autocmds("User", {
    pattern = "CodeCompanionChatCreated",
    data = { bufnr = chat.bufnr, id = chat.id, from_prompt_library = false },
  })
  return chat
end

return M
