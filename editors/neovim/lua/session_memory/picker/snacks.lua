-- Lists through the picker of snacks.nvim.
local M = {}

function M.available()
  local snacks = rawget(_G, "Snacks")
  return type(snacks) == "table" and vim.tbl_get(snacks, "config", "picker", "enabled") == true
end

---@param pick session_memory.Pick
function M.pick(pick)
  require("snacks").picker.pick({
    title = pick.title,
    items = vim.tbl_map(function(item)
      return { text = pick.format(item), value = item }
    end, pick.items),
    format = "text",
    layout = { preset = "select" },
    confirm = function(picker, chosen)
      picker:close()
      if chosen then
        vim.schedule(function()
          pick.on_choice(chosen.value)
        end)
      end
    end,
  })
end

return M
