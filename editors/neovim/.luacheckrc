-- Neovim's LuaJIT; `vim` is the only global, and its option tables are written to.
std = "luajit"
globals = { "vim" }
max_line_length = 140
exclude_files = { "tests/screenshots" }
files["tests"] = { read_globals = { "MiniTest" } }
