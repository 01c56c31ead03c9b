-- Lists through fzf-lua. It hands back lines, so each line begins with its number.
local M = {}

function M.available()
  return package.loaded["fzf-lua"] ~= nil or vim.fn.exists(":FzfLua") == 2
end

---@param pick session_memory.Pick
function M.pick(pick)
  local lines = {}
  for i, item in ipairs(pick.items) do
    lines[i] = ("%d\t%s"):format(i, pick.format(item))
  end
  require("fzf-lua").fzf_exec(lines, {
    prompt = pick.title .. "> ",
    fzf_opts = { ["--delimiter"] = "\t", ["--with-nth"] = "2.." },
    actions = {
      ["default"] = function(selected)
        local item = selected and selected[1] and pick.items[tonumber(selected[1]:match("^(%d+)"))]
        if item then
          pick.on_choice(item)
        end
      end,
    },
  })
end

return M
