-- Part of the stand-in for avante.nvim: the function that asks a model for a summary.
return {
  summarize_memory = function(_, _, cb)
    cb(nil)
  end,
}
