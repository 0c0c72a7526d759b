/// Which patrold this is; all its programs are released together.
public enum Release {
    /// By semver.org.
    public static let version = "0.1.0"
}
