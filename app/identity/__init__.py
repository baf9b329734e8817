"""Who asks: principals, the viewer of a request, and the write session that needs one."""
