# Reads all tables of a study with the types that schema.json gives them: a checkpoint is text in every table, whatever
# it looks like, and so tables join by it. `folder` is results/STUDY/tables, or a copy of the CSV files in it.
read_tables <- function(folder) {
  told <- jsonlite::read_json(file.path(folder, "schema.json"))
  letter <- c(string = "c", number = "d", integer = "i", boolean = "l")
  read_one <- function(table) {
    types <- vapply(table$schema$fields, function(field) letter[[field$type]], "")
    readr::read_csv(file.path(folder, table$path), col_types = paste(types, collapse = ""), na = "")
  }
  tables <- lapply(told$resources, read_one)
  names(tables) <- vapply(told$resources, function(table) table$name, "")
  tables
}
