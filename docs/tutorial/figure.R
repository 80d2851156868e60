# Rscript docs/tutorial/figure.R results/demo/tables OUT: the weights of each model by goal, as OUT.csv and OUT.png.
suppressPackageStartupMessages({
  library(dplyr)
  library(ggplot2)
})
given <- commandArgs(trailingOnly = TRUE)
here <- dirname(sub("^--file=", "", grep("^--file=", commandArgs(), value = TRUE)))
source(file.path(here, "read_tables.R"))
tables <- read_tables(given[1])

fit <- c("model", "checkpoint", "goal", "framing", "fit", "speaker", "semantics")
weights <- tables$estimates |>
  filter(framing == "pooled", fit == "main", speaker == "s2", grepl("^omega_", parameter)) |>
  # how sure one may be stands in another table: which fits a speaker describes, and why not
  inner_join(select(tables$diagnostics, all_of(fit), reason), by = fit) |>
  select(model, checkpoint, goal, parameter, mean, hdi_low, hdi_high, described, reason) |>
  arrange(model, checkpoint, goal, parameter)
readr::write_csv(weights, paste0(given[2], ".csv"), na = "")

figure <- ggplot(weights, aes(goal, mean, ymin = hdi_low, ymax = hdi_high, colour = parameter)) +
  geom_pointrange(aes(shape = described), position = position_dodge(width = 0.5)) +
  scale_shape_manual(values = c(yes = 16, roughly = 1, no = 4), na.value = 4) +
  facet_wrap(vars(model)) +
  ylim(0, 1) +
  labs(x = NULL, y = "weight (posterior mean, 95% HDI)")
ggsave(paste0(given[2], ".png"), figure, width = 8, height = 4, dpi = 150)
