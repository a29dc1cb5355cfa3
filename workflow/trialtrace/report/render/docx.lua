-- What a DOCX needs that is mailed without its folder: contents, and pages across for tables that are
-- too wide for one upright. Its sections are marked here and written by docx.py.

local DEEPEST = 2  -- levels of headings in the contents
local function mark(kind)
  return pandoc.RawBlock("openxml", "<w:p><w:pPr><w:sectPr w:rsidR=\"" .. kind .. "\"/></w:pPr></w:p>")
end

-- Headings as links in place of a field: a field would be empty until a word processor fills it.
local function contents(doc)
  local top, lines = 7, pandoc.List({})
  doc:walk({ Header = function(header) top = math.min(top, header.level) end })
  doc:walk({ Header = function(header)
    local depth = header.level - top
    if depth < DEEPEST and header.identifier ~= "" then
      local words = header.content:walk({ Link = function(link) return link.content end,
        Span = function(span) return span.content end })
      local text = pandoc.Inlines({ pandoc.Str(("\u{2003}"):rep(depth)) })
      text:insert(pandoc.Link(words, "#" .. header.identifier))
      lines:insert(pandoc.Plain(text))
    end
  end })
  if #lines < 3 then
    return {}
  end
  lines:insert(1, pandoc.Para({ pandoc.Strong({ pandoc.Str("Contents") }) }))
  return lines
end

local function has_wide(block, is_wide)
  local found = false
  pandoc.Blocks({ block }):walk({ Table = function(element) found = found or is_wide(element) end })
  return found
end

-- The blocks with a section of its own for each run of wide tables; headings stay with their table.
-- `turn` marks where pages turn to lie ("upright" ends) and where they stand again ("across" ends).
local function across(blocks, is_wide, turn)
  local made, open = pandoc.List({}), false
  for _, block in ipairs(blocks) do
    local wide = block.t == "Div" and block.classes:includes("float") and has_wide(block, is_wide)
    if wide and not open then
      local headings = pandoc.List({})
      while made[#made] and made[#made].t == "Header" do
        headings:insert(1, made:remove())
      end
      made:insert(turn("upright"))
      made:extend(headings)
    elseif open and not wide then
      made:insert(turn("across"))
    end
    open = wide
    made:insert(block)
  end
  if open then
    made:insert(turn("across"))
  end
  return made
end

return { contents = contents, across = across, mark = mark }
