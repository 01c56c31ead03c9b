-- Memory files open in this Neovim. The server is attached, so it knows what is typed and not saved and keeps its hands off the file until it
-- is; a version that it writes is read in where nothing unsaved stands in the way. What is saved over a version that came meanwhile
-- is written as it stands: the server sees it against the version that its front matter names and merges.
local M = {}

local group = vim.api.nvim_create_augroup("session_memory_buffer", {})
local attached = {} ---@type table<integer, string> buffer to workspace folder

---@param bufnr integer
---@param client vim.lsp.Client
local function bind(bufnr, client)
  if vim.api.nvim_buf_is_loaded(bufnr) then
    vim.lsp.buf_attach_client(bufnr, client.id)
    M.lenses(bufnr)
  end
end

---@param bufnr integer
function M.lenses(bufnr)
  if not require("session_memory.config").get().codelens then
    return
  elseif vim.lsp.codelens.enable then
    vim.lsp.codelens.enable(true, { bufnr = bufnr })
  else
    vim.lsp.codelens.refresh({ bufnr = bufnr })
  end
end

-- A file that changed on disk under unsaved text: keep the text and ask nothing.
local function on_changed_shell(args)
  vim.v.fcs_choice = vim.bo[args.buf].modified and "" or (vim.v.fcs_reason == "deleted" and "" or "reload")
end

-- `:write` asks whether a file that changed since it was read may be overwritten. It may: the server merges.
local function on_write(args)
  local bufnr, file = args.buf, args.match
  local own = vim.fs.normalize(vim.api.nvim_buf_get_name(bufnr)) == vim.fs.normalize(file)
  local bang = own and "!" or (vim.v.cmdbang == 1 and "!" or "")
  if own and vim.bo[bufnr].readonly and vim.v.cmdbang ~= 1 then
    return vim.api.nvim_echo({ { "E45: 'readonly' option is set (add ! to override)", "ErrorMsg" } }, true, {})
  end
  vim.api.nvim_exec_autocmds("BufWritePre", { buffer = bufnr, modeline = false })
  local ok, err = pcall(vim.cmd, ("noautocmd keepalt write%s %s"):format(bang, own and "" or vim.fn.fnameescape(file)))
  if not ok then
    return vim.api.nvim_echo({ { (tostring(err):gsub("^.-:(E%d+)", "%1")), "ErrorMsg" } }, true, {})
  end
  vim.api.nvim_exec_autocmds("BufWritePost", { buffer = bufnr, modeline = false })
end

---@param bufnr integer
---@param root? string workspace folder; default: what the file's path says
function M.attach(bufnr, root)
  root = require("session_memory.root").normal(root or require("session_memory.root").of_buffer(bufnr))
  vim.b[bufnr].session_memory_root = root
  vim.bo[bufnr].autoread = true
  if not attached[bufnr] then
    vim.api.nvim_create_autocmd("FileChangedShell", { group = group, buffer = bufnr, callback = on_changed_shell })
    vim.api.nvim_create_autocmd("BufWriteCmd", { group = group, buffer = bufnr, callback = on_write })
    vim.api.nvim_create_autocmd("BufUnload", {
      group = group,
      buffer = bufnr,
      callback = function()
        attached[bufnr] = nil
        vim.api.nvim_clear_autocmds({ group = group, buffer = bufnr })
      end,
    })
  end
  attached[bufnr] = root
  require("session_memory.client").start(root, function(problem, client)
    if client then
      bind(bufnr, client)
    else
      require("session_memory.say").warn(("%s. %s"):format(problem, require("session_memory.binary").fix))
    end
  end)
end

---A version was written: an open file that has nothing unsaved shows it.
---@param uri string
function M.changed_on_disk(uri)
  local bufnr = vim.fn.bufnr(vim.uri_to_fname(uri))
  if bufnr > 0 and attached[bufnr] and not vim.bo[bufnr].modified and vim.fn.mode() ~= "c" then
    if vim.api.nvim_buf_line_count(bufnr) == 1 and vim.api.nvim_buf_get_lines(bufnr, 0, 1, true)[1] == "" then
      -- Opened before the file was there: no 'autoread' for that.
      vim.api.nvim_buf_call(bufnr, function()
        vim.cmd("silent! edit")
      end)
    else
      vim.cmd.checktime(bufnr)
    end
    M.lenses(bufnr)
  end
end

require("session_memory.client").on_ready(function(root)
  local client = require("session_memory.client").running(root)
  for bufnr, of in pairs(attached) do
    if of == root and client then
      bind(bufnr, client)
    end
  end
end)

return M
