/** The tickets of the desk. */
export const TicketListPage = () => <h1 class="p-6">Tickets</h1>
