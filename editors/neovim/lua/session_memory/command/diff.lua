-- `diff [from [to]]`: two revisions of the memory side by side in a tab of their own, in diff mode. Without numbers: the newest and the
-- one before. `diff 0` compares with nothing.
local M = {}

---@param target session_memory.Target
---@param from integer
---@param to integer
function M.show(target, from, to)
  local client = require("session_memory.client")
  local say = require("session_memory.say")
  local texts = {}
  local function done()
    if not (texts[from] and texts[to]) then
      return
    end
    vim.cmd.tabnew()
    local scratch = require("session_memory.scratch")
    for i, revision in ipairs({ from, to }) do
      local name = ("session-memory://%s/r%d.md"):format(target.id, revision)
      scratch.open(name, texts[revision], { split = i == 1 and "silent! only" or "rightbelow vsplit" })
      vim.cmd.diffthis()
    end
  end
  for _, revision in ipairs({ from, to }) do
    if revision == 0 then
      texts[0] = ""
      done()
    else
      local params = { sessionId = target.id, revision = revision }
      client.request(target.root, "memory", params, function(err, memory)
        if err then
          return say.failed(("revision %d of %s"):format(revision, target.id), err)
        end
        -- Front matter and source marks differ in every version and say nothing about the content.
        texts[revision] = memory.markdown:gsub("^%-%-%-\n.-\n%-%-%-\n", ""):gsub(" %^%d+\n", "\n")
        done()
      end)
    end
  end
end

---@param args session_memory.Args
function M.run(args)
  local say = require("session_memory.say")
  for _, word in ipairs(args.words) do
    if not word:match("^%d+$") then
      return say.answer(("diff: `%s` is no number of a revision"):format(word), vim.log.levels.ERROR)
    end
  end
  require("session_memory.target").get(nil, function(target)
    local from, to = tonumber(args.words[1]), tonumber(args.words[2])
    require("session_memory.client").request(target.root, "history", { sessionId = target.id }, function(err, result)
      if err then
        return say.failed("diff " .. target.id, err)
      end
      local newest = 0
      for _, revision in ipairs(result.revisions) do
        newest = math.max(newest, revision.revision)
      end
      to = to or newest
      from = from or math.max(0, to - 1)
      if newest == 0 or from == to then
        return say.answer(
          ("diff: %s has %d revisions, nothing to compare"):format(target.id, newest),
          vim.log.levels.WARN
        )
      end
      M.show(target, from, to)
    end)
  end)
end

return M
