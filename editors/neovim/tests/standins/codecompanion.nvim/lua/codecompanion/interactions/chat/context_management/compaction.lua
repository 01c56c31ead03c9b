-- Part of the stand-in for codecompanion.nvim: its own compaction, which asks a model.
return {
  compact = function(chat)
    require("codecompanion.interactions.background").new({ adapter = chat.adapter }):ask({})
    return true
  end,
}
