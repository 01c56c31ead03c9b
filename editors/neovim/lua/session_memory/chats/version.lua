-- The version of a chat plugin that keeps it in a file `version.txt`.

---@param module string file of its main module, as `lua/name/init.lua`
---@return string? version nil where it is not installed
return function(module)
  local file = vim.api.nvim_get_runtime_file(module, false)[1]
  local text = file and io.open(vim.fs.dirname(file) .. "/../../version.txt")
  local version = text and text:read("*l")
  if text then
    text:close()
  end
  return version or (file and "unknown")
end
