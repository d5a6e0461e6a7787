// terra-draw in longitudes counted from another meridian: what goes to the map and comes from it is moved.
// The adapter, in longitudes counted from `origin`.
export function shifted(Adapter) {
  return class extends Adapter {
    constructor(config, origin) {
      super(config);
      this.origin = origin;
    }

    unproject(x, y) {
      const { lng, lat } = super.unproject(x, y);
      return { lng: lng - this.origin, lat };
    }

    project(lng, lat) {
      return super.project(lng + this.origin, lat);
    }

    render({ created, updated, unchanged, deletedIds }, styling) {
      const move = (features) => features.map((one) => ({ ...one, geometry: moved(one.geometry, this.origin) }));
      super.render({ created: move(created), updated: move(updated), unchanged: move(unchanged), deletedIds }, styling);
    }
  };
}

function moved({ type, coordinates }, by) {
  const deep = (c) => (typeof c[0] === 'number' ? [c[0] + by, c[1]] : c.map(deep));
  return { type, coordinates: deep(coordinates) };
}
