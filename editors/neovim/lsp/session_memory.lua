-- For `vim.lsp.enable("session_memory")` (Neovim 0.11 and later): the server for every markdown file. It shares the server that the plugin
-- starts for the same workspace; whoever comes first starts it. Without it the plugin attaches to memory files only.
return vim.tbl_extend("force", require("session_memory.protocol").shared(), {
  filetypes = { "markdown" },
  root_dir = function(bufnr, on_dir)
    local roots, binary = require("session_memory.root"), require("session_memory.binary")
    local root = roots.normal(roots.of_buffer(bufnr))
    local path, problem = binary.find(root)
    if not path then
      return require("session_memory.say").warn(("%s. %s"):format(problem, binary.fix))
    end
    on_dir(root)
  end,
  cmd = function(dispatchers, config)
    local path = assert(require("session_memory.binary").find(config and config.root_dir or vim.fn.getcwd()))
    return vim.lsp.rpc.start({ path, "serve" }, dispatchers)
  end,
  on_exit = function(code, signal, id)
    vim.schedule(function()
      require("session_memory.client").ended_client(id, code, signal)
    end)
  end,
})
