-- What is done to a document before Quarto's own filters is Python's (tree/for_quarto.py).

function Pandoc(doc)
  local file = quarto and quarto.doc.input_file or "" -- pandoc alone has no quarto
  local program = { "-m", "trialtrace.report.render.tree.for_quarto", FORMAT, file }
  local made = pandoc.pipe(os.getenv("QUARTO_PYTHON") or "python3", program, pandoc.write(doc, "json"))
  return pandoc.read(made, "json")
end
