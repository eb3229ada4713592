/** The product's sign. */
export function Emblem({ size }: { size: number }) {
  return (
    <svg width={size} height={size} viewBox="0 0 32 32" aria-hidden="true">
      <rect width="32" height="32" rx="7" fill="#5b5fc7" />
      <circle cx="16" cy="12.5" r="4.5" fill="#fff" />
      <path d="M7.5 25c.6-4.6 4-7 8.5-7s7.9 2.4 8.5 7z" fill="#fff" />
    </svg>
  );
}
