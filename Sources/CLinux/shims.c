int daprgw_clinux_stub(void){return 0;}
