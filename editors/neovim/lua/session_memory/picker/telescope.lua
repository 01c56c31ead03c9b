-- Lists through telescope.nvim.
local M = {}

function M.available()
  return package.loaded.telescope ~= nil or vim.fn.exists(":Telescope") == 2
end

---@param pick session_memory.Pick
function M.pick(pick)
  local actions, state = require("telescope.actions"), require("telescope.actions.state")
  local finder = require("telescope.finders").new_table({
    results = pick.items,
    entry_maker = function(item)
      local line = pick.format(item)
      return { value = item, display = line, ordinal = line }
    end,
  })
  require("telescope.pickers")
    .new({}, {
      prompt_title = pick.title,
      finder = finder,
      sorter = require("telescope.config").values.generic_sorter({}),
      attach_mappings = function(bufnr)
        actions.select_default:replace(function()
          local entry = state.get_selected_entry()
          actions.close(bufnr)
          if entry then
            pick.on_choice(entry.value)
          end
        end)
        return true
      end,
    })
    :find()
end

return M
