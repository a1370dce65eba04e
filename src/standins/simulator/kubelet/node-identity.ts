/** The one node of a simulated cluster. */
export const NODE_NAME = 'simulated-node';
export const NODE_IP = '10.0.0.10';
