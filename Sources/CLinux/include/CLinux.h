#pragma once
int daprgw_clinux_stub(void);
