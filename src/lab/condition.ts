// What state a lab can be found in.

/** `leftover`: building, but its builder is gone. */
export type LabCondition = 'up' | 'building' | 'leftover';
