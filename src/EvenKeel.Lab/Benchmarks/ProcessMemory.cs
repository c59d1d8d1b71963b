using System.Diagnostics;

namespace EvenKeel.Lab.Benchmarks;

/// <summary>Memory of this process that was in main memory at once, at most.</summary>
internal static class ProcessMemory
{
    private const string Status = "/proc/self/status";
    private const string ClearReferences = "/proc/self/clear_refs";
    private const string ResetPeak = "5";

    /// <summary>Peak resident bytes since the start, or since <see cref="Forget"/> where the system can forget.</summary>
    public static long PeakResidentBytes
    {
        get
        {
            if (File.Exists(Status) && OfStatus(File.ReadAllText(Status)) is { } bytes) return bytes;
            using var process = Process.GetCurrentProcess();
            return process.PeakWorkingSet64;
        }
    }

    /// <summary>Starts the peak anew, so that a case does not answer for those before it; only Linux can.</summary>
    public static void Forget()
    {
        if (!File.Exists(ClearReferences)) return;
        try
        {
            File.WriteAllText(ClearReferences, ResetPeak);
        }
        catch (Exception cause) when (cause is IOException or UnauthorizedAccessException)
        {
            // Not permitted here: the peak is that since the start of the process.
        }
    }

    /// <summary>The line VmHWM of a status file: "VmHWM:    123456 kB".</summary>
    public static long? OfStatus(string status)
    {
        const string name = "VmHWM:";
        foreach (var line in status.Split('\n'))
        {
            if (!line.StartsWith(name, StringComparison.Ordinal)) continue;
            var words = line[name.Length..].Split(' ', '\t').Where(w => w.Length > 0).ToArray();
            if (words is [var number, "kB"] && long.TryParse(number, out var kilobytes)) return 1024 * kilobytes;
        }

        return null;
    }
}
