-- What the pages of the embedded renderer have (format.lua) and Quarto would leave out: drawings in place
-- of pixels, widths of the columns of a DOCX and words for its pictures. Runs before Quarto's own filters.

local shares = dofile(os.getenv("TRIALTRACE_FILTERS") .. "/widths.lua").shares

local function exists(path)
  local file = io.open((os.getenv("TRIALTRACE_FOLDER") or ".") .. "/" .. path, "rb")
  if file then
    file:close()
  end
  return file ~= nil
end

local function vector(image)
  local drawing, changed = image.src:gsub("%.png$", ".svg")
  if changed == 1 and exists(drawing) then
    image.src = drawing
    return image
  end
end

-- docx.py makes them the description of the picture.
local function with_words(image)
  image.title = image.attributes["fig-alt"] or image.title
  return image
end

local function with_widths(element)
  local widths = shares(element)
  element.colspecs = element.colspecs:map(function(spec, column)
    return { spec[1], widths[column] }
  end)
  return element
end

if FORMAT:match("html") then
  Image = vector
elseif FORMAT == "docx" then
  Image, Table = with_words, with_widths
end
