-- Where a compacted context goes when the conversation does not live in this Neovim: a register, a buffer, or whatever was registered with
-- require("session_memory").register_delivery(). That is the one seam for agents in terminals: a delivery says whether it can take a
-- session now, and takes it.
local M = {}

---@class session_memory.Content
---@field text string markdown
---@field session string
---@field root string
---@field result table answer of `sessionMemory/compact`

---@class session_memory.Delivery
---@field name string unique
---@field label string shown in the list, as "into the terminal of claude"
---@field available? fun(content: session_memory.Content): boolean
---@field deliver fun(content: session_memory.Content, done: fun(problem: string?, said: string?))

local deliveries = {} ---@type session_memory.Delivery[]

---@param delivery session_memory.Delivery
function M.register(delivery)
  if type(delivery.name) ~= "string" or type(delivery.label) ~= "string" or type(delivery.deliver) ~= "function" then
    error("register_delivery(): a delivery has a name, a label and a function `deliver`", 3)
  end
  for i, other in ipairs(deliveries) do
    if other.name == delivery.name then
      deliveries[i] = delivery
      return
    end
  end
  table.insert(deliveries, delivery)
end

local function to_register(name)
  return function(content, done)
    vim.fn.setreg(name, content.text)
    done(nil, ("it is in register %s"):format(name))
  end
end

M.register({
  name = "clipboard",
  label = "to the clipboard",
  available = function()
    return vim.fn.has("clipboard") == 1
  end,
  deliver = to_register("+"),
})
M.register({ name = "register", label = 'to the unnamed register (")', deliver = to_register('"') })
M.register({
  name = "buffer",
  label = "into a new buffer",
  deliver = function(content, done)
    require("session_memory.scratch").open(("session-memory://%s/compacted.md"):format(content.session), content.text)
    done(nil, "it is in this buffer")
  end,
})

---@param name string
---@param content session_memory.Content
---@param done fun(problem: string?, said: string?)
function M.deliver(name, content, done)
  for _, delivery in ipairs(deliveries) do
    if delivery.name == name then
      return delivery.deliver(content, done)
    end
  end
  done(("there is no delivery `%s`"):format(name))
end

---Asks the user for one of those that can take it. Where the list is left, nothing happens.
---@param content session_memory.Content
---@param done fun(problem: string?, said: string?)
function M.choose(content, done)
  local able = vim.tbl_filter(function(delivery)
    return not delivery.available or delivery.available(content)
  end, deliveries)
  vim.ui.select(able, {
    prompt = ("Compacted context of %s (%d tokens)"):format(content.session, content.result.tokensAfter),
    format_item = function(delivery)
      return delivery.label
    end,
  }, function(chosen)
    if chosen then
      chosen.deliver(content, done)
    end
  end)
end

return M
