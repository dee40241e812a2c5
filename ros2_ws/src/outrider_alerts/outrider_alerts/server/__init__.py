"""The page's server: Starlette on uvicorn, one process, one loop. Knows no ROS but in words.py and hears.py."""
