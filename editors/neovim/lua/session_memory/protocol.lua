-- What the LSP client is told, and all that differs between Neovim 0.10 and later versions.
local M = {}

local modern = vim.fn.has("nvim-0.11") == 1

---Calls a method of a client: a plain function in 0.10, a method since.
---@param client vim.lsp.Client
---@param method string
function M.call(client, method, ...)
  if modern then
    return client[method](client, ...)
  end
  return client[method](...)
end

---@param params table
---@return table an empty table is an object on the wire
function M.object(params)
  return next(params) == nil and vim.empty_dict() or params
end

---@param config table
---@return integer? id of a client that is attached to no buffer
function M.start(config)
  if modern then
    return vim.lsp.start(config, { attach = false, silent = true })
  end
  return vim.lsp.start_client(config)
end

---@return table
function M.init_options()
  local config = require("session_memory.config").get()
  local credentials = config.credentials
  if type(credentials) == "function" then
    credentials = credentials()
  end
  return {
    sessionMemory = M.object(config.settings),
    user = M.object(config.user),
    credentials = credentials,
  }
end

---What is the same for our own start and for vim.lsp.enable().
---@return table
function M.shared()
  return {
    handlers = require("session_memory.notifications"),
    -- A version that arrives while the user types must find the server aware of it.
    flags = { debounce_text_changes = 20 },
    before_init = function(params)
      params.initializationOptions = M.init_options()
    end,
    on_init = function(client)
      require("session_memory.client").initialized(client)
    end,
  }
end

---@param root string
---@param path string the program
---@return table
function M.config(root, path)
  return vim.tbl_extend("force", M.shared(), {
    name = "session_memory",
    cmd = { path, "serve" },
    root_dir = root,
    workspace_folders = { { uri = vim.uri_from_fname(root), name = vim.fs.basename(root) } },
    on_exit = function(code, signal)
      vim.schedule(function()
        require("session_memory.client").ended(root, code, signal)
      end)
    end,
  })
end

---@param client vim.lsp.Client
---@return string? problem
function M.mismatch(client)
  local ours = vim.tbl_get(client.server_capabilities or {}, "experimental", "sessionMemory")
  if type(ours) ~= "table" or ours.protocol ~= 1 then
    return ("the server speaks protocol %s, this plugin speaks 1. Update the older one"):format(
      vim.inspect(type(ours) == "table" and ours.protocol or nil)
    )
  end
end

---Calls back as soon as something holds, or after `ms`.
---@param holds fun(): boolean
---@param done fun()
---@param ms? integer
function M.when(holds, done, ms)
  if holds() then
    return done()
  end
  local timer = assert(vim.uv.new_timer())
  local deadline = vim.uv.now() + (ms or math.huge)
  timer:start(10, 10, function()
    vim.schedule(function()
      if not timer:is_closing() and (holds() or vim.uv.now() >= deadline) then
        timer:close()
        done()
      end
    end)
  end)
end

return M
