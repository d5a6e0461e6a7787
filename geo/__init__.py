"""Arrays in, arrays out: schema, tracks, kinematics, cells, zones and airports. No I/O and no clock."""
