namespace EvenKeel.Data;

/// <summary>Where data sets and fitted whitening matrices lie on disk.</summary>
public static class DataFolder
{
    /// <summary>The environment variable that names the folder.</summary>
    public const string Variable = "EVENKEEL_DATA";

    /// <summary>
    /// The folder to use: the option if given, else <see cref="Variable"/>, else <c>evenkeel</c> in the user's cache
    /// folder (<c>XDG_CACHE_HOME</c> or <c>~/.cache</c>; <c>%LOCALAPPDATA%</c>; <c>~/Library/Caches</c>). It need not exist.
    /// </summary>
    /// <param name="option">Value of <c>--data-dir</c>, or null.</param>
    /// <returns>A full path.</returns>
    public static string Resolve(string? option = null) => Resolve(option, Environment.GetEnvironmentVariable);

    internal static string Resolve(string? option, Func<string, string?> variable)
    {
        if (!string.IsNullOrWhiteSpace(option)) return Path.GetFullPath(option);
        if (variable(Variable) is { } named && !string.IsNullOrWhiteSpace(named)) return Path.GetFullPath(named);
        return Path.Combine(UserCache(variable), "evenkeel");
    }

    private static string UserCache(Func<string, string?> variable)
    {
        // The XDG rules say that a relative path there is to be ignored.
        if (variable("XDG_CACHE_HOME") is { } xdg && Path.IsPathFullyQualified(xdg)) return xdg;
        if (OperatingSystem.IsWindows())
            return Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData);
        var home = Environment.GetFolderPath(Environment.SpecialFolder.UserProfile);
        return OperatingSystem.IsMacOS() ? Path.Combine(home, "Library", "Caches") : Path.Combine(home, ".cache");
    }
}
