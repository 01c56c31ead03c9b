-- Neovim's LuaJIT; `vim` is the only global, and its option tables are written to. StyLua sees to the length of code; comments may be longer.
std = "luajit"
globals = { "vim" }
max_line_length = 150
files["tests"] = { read_globals = { "MiniTest" }, max_line_length = false }
files["tests/standins"] = { self = false }
