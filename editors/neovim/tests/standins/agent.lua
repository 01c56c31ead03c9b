-- An agent in a terminal, as far as its hooks and its prompt go: nvim --headless --clean -l agent.lua {folder}
-- {folder}/hook.json: the command of the hook and its payloads. They are told; then what is typed is written to {folder}/typed, byte for byte,
-- because real agents read their terminal raw. At `/clear` a new session begins, and {folder}/given is what its hook gave.
local folder = arg[1]
local told = vim.json.decode(table.concat(vim.fn.readfile(folder .. "/hook.json"), "\n"))

local function hook(payload)
  local out = vim.system(told.command, { stdin = vim.json.encode(payload), text = true }):wait()
  assert(out.code == 0, out.stderr)
  return out.stdout
end

local tty = assert(vim.uv.new_tty(0, true))
tty:set_mode(1)
for _, payload in ipairs(told.payloads) do
  hook(payload)
end
vim.fn.writefile({}, folder .. "/ready")

local typed, cleared, closed = "", false, false
tty:read_start(function(err, data)
  if err or not data then
    closed = true
    return
  end
  typed = typed .. data
end)
local written = ""
vim.wait(120000, function()
  if typed ~= written then
    written = typed
    vim.fn.writefile({ written }, folder .. "/typed", "b")
  end
  if typed == "/clear\r" and not cleared then
    cleared = true
    vim.fn.writefile({ hook(told.clear) }, folder .. "/given", "b")
  end
  return closed
end, 10)
