-- What Quarto does after its cells have run: sections, figures and tables get numbers, references
-- to them become links, callouts get their form. It also closes the ways out of the document. What
-- depends on the format comes after it, in format.lua.

local PREFIX = { fig = "Figure", tbl = "Table", sec = "Section" }
local CALLOUTS = { note = "Note", tip = "Tip", warning = "Warning", caution = "Caution",
  important = "Important" }
-- Blocks with a look of their own, and their style in a DOCX.
local STYLES = { synthetic = "Synthetic", lost = "Lost" }
local NBSP = "\u{a0}"

local numbers = {}
local counters = {}
local problems = {}
-- Sections of a page of their own are numbered with its letter: Table S1, S2.1.
local top, letter = 7, ""

local function problem(text)
  problems[#problems + 1] = text
end

local function kind_of(id)
  local kind = id:match("^(%a+)%-.")
  return PREFIX[kind] and kind or nil
end

local function register(id, number)
  if numbers[id] then
    problem("the label " .. id .. " is used twice")
  end
  numbers[id] = number
end

-- Raw HTML, safe links, images ---------------------------------------------------------------

local function raw_as_text(element)
  local comment = element.format:match("html") and element.text:match("^%s*<!%-%-.*%-%->%s*$")
  if comment then
    return {}
  end
  if element.t == "RawBlock" then
    return pandoc.Para({ pandoc.Str(element.text) })
  end
  return pandoc.Str(element.text)
end

local function safe_link(link)
  local scheme = link.target:match("^%s*([%w+.%-]+):")
  if link.target:match("^%s*//") or (scheme and not ({ http = 1, https = 1, mailto = 1 })[
      scheme:lower()]) then
    return link.content
  end
  link.attributes = {}
  link.classes = link.classes:filter(function(name) return name ~= "uri" and name ~= "email" end)
  return link
end

local function exists(path)
  local file = io.open(path, "rb")
  if file then
    file:close()
  end
  return file ~= nil
end

local function image(element)
  local source = element.src
  if source:match("^[%w+.%-]+:") or source:match("^/") or ("/" .. source):match("/%.%./") then
    problem("the image " .. source .. " lies outside the document's folder")
    return element
  end
  if not exists(source) then
    problem("the image " .. source .. " is not there")
  end
  local alt = element.attributes["fig-alt"]
  if alt then
    element.attributes["fig-alt"] = nil
    element.attributes["alt"] = nil
    element.caption = { pandoc.Str(alt) }
  end
  return element
end

-- Sections -----------------------------------------------------------------------------------

local function enter(header)
  if header.level == top then
    letter = (header.attributes["page"] or ""):sub(1, 1):upper()
  end
end

local function number_sections(doc)
  doc:walk({ Header = function(header) top = math.min(top, header.level) end })
  local wanted = doc.meta["number-sections"] == true
  local counts = {}
  return doc:walk({
    Header = function(header)
      enter(header)
      if not wanted or header.classes:includes("unnumbered") then
        return nil
      end
      counts[letter] = counts[letter] or {}
      local count = counts[letter]
      local depth = header.level - top + 1
      count[depth] = (count[depth] or 0) + 1
      for deeper = depth + 1, 6 do
        count[deeper] = nil
      end
      local number = {}
      for level = 1, depth do
        number[level] = tostring(count[level] or 0)
      end
      local text = letter .. table.concat(number, ".")
      if kind_of(header.identifier) == "sec" then
        register(header.identifier, text)
      end
      local attributes = { class = "header-section-number", ["custom-style"] = "Section Number" }
      header.content:insert(1, pandoc.Space())
      header.content:insert(1, pandoc.Span({ pandoc.Str(text) }, attributes))
      return header
    end,
  })
end

-- Figures and tables -------------------------------------------------------------------------

local function numbered(kind, caption)
  local number = letter .. counters[letter .. kind]
  local label = { pandoc.Str(PREFIX[kind] .. NBSP .. number) }
  if #caption > 0 then
    label = pandoc.Inlines({ pandoc.Str(PREFIX[kind] .. NBSP .. number .. ":"), pandoc.Space() })
    label:extend(caption)
  end
  return pandoc.Inlines(label)
end

local function count(id)
  local kind = kind_of(id)
  counters[letter .. kind] = (counters[letter .. kind] or 0) + 1
  register(id, letter .. counters[letter .. kind])
  return kind
end

local function figure(element)
  local kind = kind_of(element.identifier)
  if kind ~= "fig" and kind ~= "tbl" then
    return nil
  end
  count(element.identifier)
  local caption = pandoc.utils.blocks_to_inlines(element.caption.long)
  element.caption.long = { pandoc.Plain(numbered(kind, caption)) }
  return element, false
end

local function is_caption(block)
  if not block or (block.t ~= "Para" and block.t ~= "Plain") then
    return false
  end
  return not (#block.content == 1 and block.content[1].t == "Image")
end

local function table_float(div, caption)
  for index, block in ipairs(div.content) do
    if block.t == "Table" then
      block.caption = { long = { pandoc.Plain(caption) } }
      return pandoc.Div(div.content, pandoc.Attr(div.identifier, { "float", "tbl" }))
    end
  end
  div.content:insert(1, pandoc.Para(caption))
  return pandoc.Div(div.content, pandoc.Attr(div.identifier, { "float", "tbl" }))
end

local function bare_image(block)
  if block.t == "Figure" and kind_of(block.identifier) == nil then
    return pandoc.Plain(pandoc.utils.blocks_to_inlines(block.content))
  end
  return block
end

local function float_div(div)
  local kind = kind_of(div.identifier)
  if kind ~= "fig" and kind ~= "tbl" then
    return nil
  end
  count(div.identifier)
  local caption = pandoc.Inlines({})
  if #div.content > 1 and is_caption(div.content[#div.content]) then
    caption = div.content[#div.content].content
    div.content:remove(#div.content)
  end
  if kind == "tbl" then
    return table_float(div, numbered(kind, caption)), false
  end
  local content = div.content:map(bare_image)
  local attr = pandoc.Attr(div.identifier)
  return pandoc.Figure(content, { long = { pandoc.Plain(numbered(kind, caption)) } }, attr), false
end

-- Callouts and stamps ------------------------------------------------------------------------

local function callout_kind(div)
  for _, class in ipairs(div.classes) do
    local kind = class:match("^callout%-(%a+)$")
    if CALLOUTS[kind] then
      return kind
    end
  end
end

local function callout(div, kind)
  local title = div.attributes["title"] or CALLOUTS[kind]
  local heading = pandoc.Div({ pandoc.Para({ pandoc.Strong({ pandoc.Str(title) }) }) },
    { class = "callout-title", ["custom-style"] = "Callout Title" })
  local body = pandoc.Div(div.content, { class = "callout-body", ["custom-style"] = "Callout" })
  return pandoc.Div({ heading, body }, pandoc.Attr(div.identifier, { "callout", "callout-" .. kind }))
end

local function special_div(div)
  local kind = callout_kind(div)
  if kind then
    return callout(div, kind)
  end
  for _, class in ipairs(div.classes) do
    if STYLES[class] then
      div.attributes["custom-style"] = STYLES[class]
      return div
    end
  end
end

-- References ---------------------------------------------------------------------------------

local function reference(citation)
  local number = numbers[citation.id]
  if not number then
    problem("the reference @" .. citation.id .. " has no target")
    return { pandoc.Str("?@" .. citation.id) }
  end
  local label = pandoc.Inlines({})
  if #citation.prefix > 0 then
    label:extend(citation.prefix)
    label:insert(pandoc.Str(NBSP .. number))
  elseif citation.mode == "SuppressAuthor" then
    label:insert(pandoc.Str(number))
  else
    label:insert(pandoc.Str(PREFIX[kind_of(citation.id)] .. NBSP .. number))
  end
  local link = pandoc.Link(label, "#" .. citation.id, "", { class = "xref" })
  local inlines = pandoc.Inlines({ link })
  inlines:extend(citation.suffix)
  return inlines
end

local function cite(element)
  local inlines = pandoc.Inlines({})
  for index, citation in ipairs(element.citations) do
    if not kind_of(citation.id) then
      problem("@" .. citation.id .. " is neither a figure, a table nor a section")
      return nil
    end
    if index > 1 then
      inlines:extend({ pandoc.Str(","), pandoc.Space() })
    end
    inlines:extend(reference(citation))
  end
  return inlines
end

function Pandoc(doc)
  doc = doc:walk({ RawBlock = raw_as_text, RawInline = raw_as_text, Link = safe_link,
    Image = image })
  doc = number_sections(doc)
  letter = ""
  doc = doc:walk({ traverse = "topdown", Header = enter, Figure = figure, Div = float_div })
  doc = doc:walk({ Cite = cite })
  doc = doc:walk({ Div = special_div })
  for _, text in ipairs(problems) do
    io.stderr:write("trialtrace: " .. text .. "\n")
  end
  return doc
end
