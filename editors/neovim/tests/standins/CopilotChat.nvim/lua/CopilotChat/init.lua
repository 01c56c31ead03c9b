-- A stand-in for CopilotChat.nvim in tests: config.callback, and a chat whose messages are kept by id, in the documented shapes.
local M = { config = {} }

local Chat = {}
Chat.__index = Chat
local ids = 0

function Chat:get_messages()
  -- The real one reads them from the buffer and trims what it finds.
  for _, message in ipairs(self.messages) do
    message.content = vim.trim(message.content)
  end
  return self.messages
end

function Chat:get_source()
  return { bufnr = self.bufnr }
end

-- A message of the same role as the last one, without another id, goes into that one.
function Chat:add_message(message, replace)
  local last = self.messages[#self.messages]
  if not last or last.role ~= message.role or (message.id and last.id ~= message.id) then
    ids = ids + 1
    message.id = message.id or ("id-" .. ids)
    table.insert(self.messages, message)
  elseif replace then
    for key, value in pairs(message) do
      last[key] = value
    end
  else
    last.content = last.content .. message.content
  end
end

function Chat:clear()
  self.messages, self.token_count, self.token_max_count = {}, nil, nil
end

function Chat:finish() end

function M.setup(opts)
  M.config = vim.tbl_extend("force", M.config, opts or {})
  M.chat = setmetatable({ messages = {} }, Chat)
end

function M.open()
  M.chat.bufnr = vim.api.nvim_create_buf(false, true)
  vim.api.nvim_set_current_buf(M.chat.bufnr)
  vim.bo.filetype = "copilot-chat"
  M.chat:add_message({ role = "user", content = "" })
end

return M
