"""The app: the shell, the shared bar, the charts, the cards and the components of its pages."""
