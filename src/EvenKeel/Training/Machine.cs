using System.Reflection;
using System.Runtime.InteropServices;
using EvenKeel.Backends;

namespace EvenKeel.Training;

/// <summary>What this is and what it runs on, for run records and the doctor.</summary>
public static class Machine
{
    private const string CpuInfo = "/proc/cpuinfo";

    /// <summary>EvenKeel's version.</summary>
    public static string Version => Informational.Split('+')[0];

    /// <summary>The commit EvenKeel was built from, if the build knew it.</summary>
    public static string? Commit => Informational.Contains('+') ? Informational.Split('+')[1] : null;

    /// <summary>The processor's name, as the system tells it.</summary>
    public static string Cpu => FromCpuInfo()
        ?? Environment.GetEnvironmentVariable("PROCESSOR_IDENTIFIER")
        ?? RuntimeInformation.ProcessArchitecture.ToString();

    private static string Informational =>
        typeof(Machine).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "0";

    /// <summary>The record of this machine and a backend.</summary>
    public static MachineRecord Record(CpuBackend backend) => new()
    {
        Cpu = Cpu,
        Os = RuntimeInformation.OSDescription,
        Runtime = RuntimeInformation.FrameworkDescription,
        Path = (int)backend.Path,
        Threads = backend.Threads,
    };

    private static string? FromCpuInfo()
    {
        try
        {
            return File.ReadLines(CpuInfo)
                .Where(line => line.StartsWith("model name", StringComparison.Ordinal))
                .Select(line => line[(line.IndexOf(':', StringComparison.Ordinal) + 1)..].Trim())
                .FirstOrDefault();
        }
        catch (Exception cause) when (cause is IOException or UnauthorizedAccessException)
        {
            return null; // not Linux, or not readable: the next source answers
        }
    }
}
