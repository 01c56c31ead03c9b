-- Part of the stand-in for codecompanion.nvim: the window of an adapter's model.
return {
  context_window = function()
    return 400000
  end,
}
