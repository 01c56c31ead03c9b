-- What the server tells: kept for the status line, passed on to open memory files, and announced as autocommands:
-- `User SessionMemoryUpdated` and `User SessionMemoryPressure`, with the notification's payload (and `root`) as data.
local state = require("session_memory.state")

---@param pattern string
---@param params table
---@param root string
local function announce(pattern, params, root)
  vim.api.nvim_exec_autocmds("User", {
    pattern = pattern,
    modeline = false,
    data = vim.tbl_extend("force", params, { root = root }),
  })
end

---@param ctx table
---@return string
local function root_of(ctx)
  local client = vim.lsp.get_client_by_id(ctx.client_id)
  return require("session_memory.root").normal(client and client.config.root_dir)
end

return {
  ["sessionMemory/didUpdate"] = function(_, params, ctx)
    local root = root_of(ctx)
    state.learn(
      root,
      params.sessionId,
      { memory = { revision = params.revision, freshness = "fresh" }, uri = params.uri }
    )
    require("session_memory.buffer").changed_on_disk(params.uri)
    announce("SessionMemoryUpdated", params, root)
  end,
  ["sessionMemory/didChangePressure"] = function(_, params, ctx)
    local root = root_of(ctx)
    state.learn(root, params.sessionId, params)
    announce("SessionMemoryPressure", params, root)
  end,
}
