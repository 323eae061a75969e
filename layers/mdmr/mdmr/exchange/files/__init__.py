"""What a file is: names, file types, layouts, the frame, the codes of intake."""
