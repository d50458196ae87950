"""The compartments benchmark: 1,000 three-compartment neurons with Poisson input, 1 s at 0.1 ms.

A cell is NEST's iaf_cond_alpha_mc with all of its defaults: in compartment c of s(oma), p(roximal)
and d(istal),

    C_c dV_c/dt = -g_L,c (V_c - E_L) - g_ex,c (V_c - E_ex) - g_in,c (V_c - E_in) + currents
    dg/dt = h - g/tau,  dh/dt = -h/tau;  a spike of weight w: h += w e/tau (g peaks at w)

    currents: soma      g_sp (V_p - V_s)
              proximal  g_sp (V_s - V_p) + g_pd (V_d - V_p)
              distal    g_pd (V_p - V_d)

                 soma  proximal  distal
    g_L   nS      10       5       10
    C_m   pF     150      75      150
    E_L -70, E_ex 0, E_in -85 mV; tau_ex 0.5, tau_in 2 ms; g_sp 2.5, g_pd 1 nS
    V_th -55 mV, in the soma; V_reset -60 mV, of the soma alone; t_ref 2 ms, in which all three
    voltages stand still and the conductances do not

Input: every neuron has an independent Poisson train for each receptor of INPUT (rate, weight),
delivered after 1 ms. Neurons are not connected. Initial state: V at E_L, g and h zero, not
refractory. About 33 Hz.
"""

NEURONS = 1000
# receptor: (rate in Hz, weight in nS)
INPUT = {
    "proximal_exc": (400.0, 5.0),
    "distal_exc": (400.0, 5.0),
    "soma_exc": (400.0, 5.0),
    "soma_inh": (200.0, 1.5),
}
DELAY = 1.0  # ms
