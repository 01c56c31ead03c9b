-- The extension of codecompanion.nvim, found by its name:
--   require("codecompanion").setup({ extensions = { session_memory = { enabled = true, opts = { trigger = 0.8 } } } })
return {
  ---@param opts? { trigger: number? } share of the model's window at which a chat is compacted
  setup = function(opts)
    require("session_memory.chats.codecompanion").setup(opts)
  end,
  exports = {
    ---Compacts the chat of a buffer now.
    ---@param bufnr? integer
    ---@return string? problem
    ---@return string? said
    compact = function(bufnr)
      local chat = require("codecompanion").buf_get_chat(bufnr or 0)
      if not chat then
        return "this buffer is no chat"
      end
      return require("session_memory.chats.codecompanion").compact(chat)
    end,
  },
}
