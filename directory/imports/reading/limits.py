"""What a file may be at most, so that memory stays bounded whatever it says about itself."""

# Columns of a table. Above it, it is no list of organisations, and nobody could look through a mapping of it.
COLUMNS_MOST = 1_000
# Characters of a column's name.
NAME_MOST = 200
# Characters of one cell. Longer texts than any description of ours, so that what is cut off is refused with its line.
CELL_MOST = 100_000
# Characters of one line of a text file, and of one record of a JSON file.
LINE_MOST = 4 * 1024 * 1024
# Rows at the top within which the header is looked for.
HEADER_WITHIN = 40
# A workbook: openpyxl keeps the texts that cells share in memory, and reads the rest as a stream.
WORKBOOK_BYTES_MOST = 2 * 1024**3
SHARED_TEXTS_MOST = 32 * 1024 * 1024
WORKBOOK_PARTS_MOST = 2_000
# Unpacked bytes for one packed byte. Sheets of the same value over and over reach about a hundred; bombs a thousand.
RATIO_MOST = 300
# Records of a JSON file that are looked at for what columns there are.
JSON_SAMPLE = 5_000
