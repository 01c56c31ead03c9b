-- For `vim.lsp.enable("session_memory")` (Neovim 0.11 and later): the server for every markdown file. It shares the server that the plugin
-- starts for the same workspace; whoever comes first starts it. Without it the plugin attaches to memory files only.
return vim.tbl_extend("force", require("session_memory.protocol").shared(), {
  filetypes = { "markdown" },
  root_dir = function(bufnr, on_dir)
    local root = require("session_memory.root")
    on_dir(root.normal(root.of_buffer(bufnr)))
  end,
  cmd = function(dispatchers, config)
    local binary = require("session_memory.binary")
    local root = config and config.root_dir or vim.fn.getcwd()
    local path, problem = binary.find(root)
    if not path then
      error(("session-memory: %s. %s"):format(problem, binary.fix), 0)
    end
    return vim.lsp.rpc.start({ path, "serve" }, dispatchers)
  end,
  on_exit = function(code, signal, id)
    vim.schedule(function()
      require("session_memory.client").ended_client(id, code, signal)
    end)
  end,
})
